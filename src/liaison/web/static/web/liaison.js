// What makes the pages pleasanter where scripts run; every page works without it.
"use strict";
document.documentElement.classList.add("scripted");
// A choice that is a form of its own is sent when it is made.
for (const select of document.querySelectorAll("#language")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}
// What has to be put right is where the keyboard and the screen reader go on.
const errors = document.getElementById("errors");
if (errors) errors.focus();
// In a box for one thing or a list, Enter asks while there is one line; with Shift it begins another.
for (const box of document.querySelectorAll("textarea[data-enter]")) {
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || box.value.includes("\n")) return;
    event.preventDefault();
    box.form.requestSubmit();
  });
}
