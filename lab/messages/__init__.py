"""Messages for people: what is pasted becomes messages, and messages become text.

pasted/     what people paste becomes bytes or fields, a notation a file
leads       what stands before the MTI: a header, a length
expanded    what gzip packed
captured    the messages of a capture
records     the messages of a clearing file
inputs      what a command is given becomes messages, one or many
outputs     messages become what other tools read
documents   messages as JSON and back
shown       what people see of a message, as data
showing     from a message to what is shown of it: names, meanings, parts, masks
values      the value of a field as people see it, masked
meanings    what codes and amounts mean
faults      an error in words, with its byte
views/      what is shown as tables, texts and JSON, a view a file
"""
