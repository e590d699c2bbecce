// Leaves the bank's frame by itself; without script a link does.

window.top.location.replace(document.getElementById("back").href);
