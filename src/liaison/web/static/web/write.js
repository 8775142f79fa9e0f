// Saves what is typed after two seconds of silence; without it the buttons save.
"use strict";
for (const form of document.querySelectorAll("form[data-saved]")) {
  const told = document.getElementById("saved");
  const version = form.elements.namedItem("version");
  let timer = 0, busy = false, again = false, stopped = false;
  const say = (words, failed) => { told.textContent = words; told.classList.toggle("failed", failed); };
  const save = async () => {
    if (stopped) return;
    if (busy) { again = true; return; }
    busy = true;
    const body = new FormData(form);
    body.set("go", "quiet");
    try {
      const answer = await fetch(location.pathname, { method: "POST", body, headers: { Accept: "application/json" } });
      const said = await answer.json();
      if (answer.ok) { version.value = said.version; say(said.words, false); }
      else { stopped = true; say(said.refused, true); }
    } catch { say(told.dataset.failed, true); timer = setTimeout(save, 10000); }
    busy = false;
    if (again) { again = false; save(); }
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, 2000); });
  form.addEventListener("submit", () => { clearTimeout(timer); stopped = true; });
}
