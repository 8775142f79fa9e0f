// What makes the pages pleasanter where scripts run; every page works without it.
"use strict";
document.documentElement.classList.add("scripted");
// A choice that is a form of its own is sent when it is made.
for (const select of document.querySelectorAll("#language")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}
