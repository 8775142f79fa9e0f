// Asks the browser to show that something waits, and sends its subscription in the form that was pressed. The form names
// the node's key for push services (data-push) and the script that shows what arrives (data-worker).
"use strict";
{
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

  for (const form of document.querySelectorAll("form[data-push]")) {
    const refused = form.querySelector("[data-refused]");
    if (!("serviceWorker" in navigator) || !("PushManager" in window)) form.hidden = true;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      refused.hidden = true;
      try {
        const worker = await navigator.serviceWorker.register(form.dataset.worker);
        const options = { userVisibleOnly: true, applicationServerKey: bytes(form.dataset.push) };
        const made = await worker.pushManager.subscribe(options);
        form.elements.address.value = JSON.stringify(made.toJSON());
        form.submit();
      } catch {
        refused.hidden = false;
      }
    });
  }
}
