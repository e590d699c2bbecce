"""The events of the gateway, and who is to be told of them.

The journal's row is the outbox: `happenings` says which events an entry makes, `follow` reads them
out of the journal, so an event is as durable as what it tells. `events` is the database of events,
webhook endpoints and deliveries that are due; lost, it is made again from the journal, endpoints
apart. `endpoints` are those endpoints, with their secrets, which stand nowhere.
"""
