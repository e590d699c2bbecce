// Goes to the bank's page in its frame by itself; without script a button does.

const form = document.getElementById("to-bank");

form.submit();
form.hidden = true;
