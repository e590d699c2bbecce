// Goes back by itself; without script a button does.
document.getElementById("back").submit();
