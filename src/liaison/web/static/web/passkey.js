// Asks the browser for a passkey and sends its reply in the form that was pressed. The form says where the challenge is
// (data-challenge) and whether a passkey is made or asked for (data-passkey="create" or "get").
"use strict";
{
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const asked = (options) => {
    const key = options.publicKey;
    key.challenge = bytes(key.challenge);
    if (key.user) key.user.id = bytes(key.user.id);
    for (const each of key.excludeCredentials || []) each.id = bytes(each.id);
    for (const each of key.allowCredentials || []) each.id = bytes(each.id);
    return options;
  };

  const replied = (made) => {
    const response = { clientDataJSON: text(made.response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (made.response[name]) response[name] = text(made.response[name]);
    }
    return { id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {} };
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const refused = form.querySelector("[data-refused]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      refused.hidden = true;
      try {
        const answer = await fetch(form.dataset.challenge, { headers: { Accept: "application/json" } });
        const given = await answer.json();
        const made = await navigator.credentials[form.dataset.passkey](asked(given.options));
        form.elements.credential.value = JSON.stringify(replied(made));
        form.elements.state.value = given.state;
        form.submit();
      } catch {
        refused.hidden = false;
        refused.focus();
      }
    });
    if (!window.PublicKeyCredential) refused.hidden = false;
  }
}
