// What is being typed is kept on the server, for whoever has a script. Without one it is kept at each button.
"use strict";

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const said = form.querySelector("[data-saved]");
  let wait, isSending, isLeaving;

  const save = async () => {
    if (isSending) return void (wait = setTimeout(save, 1000));
    isSending = true;
    try {
      const answer = await fetch(location.href, { method: "POST", body: new FormData(form), headers: { "X-Autosave": "1" }, redirect: "manual" });
      if (answer.ok && answer.headers.get("Content-Type").startsWith("text/plain")) said.textContent = await answer.text();
    } catch {
      // No net: the words stay in the field, and the button says what happened.
    }
    isSending = false;
  };

  form.addEventListener("input", () => {
    clearTimeout(wait);
    if (!isLeaving) wait = setTimeout(save, 1500);
  });
  form.addEventListener("submit", () => {
    isLeaving = true;
    clearTimeout(wait);
  });
}
