// A passkey in the place of the code. Without this file the code is typed, and every page works.
(function () {
  "use strict";
  var field = document.querySelector("[data-passkey]");
  var button = document.querySelector("[data-passkey-button]");
  if (!field || !button || !window.PublicKeyCredential || !navigator.credentials) { return; }
  var form = field.form;
  var said = form.querySelector("[data-passkey-said]");
  var code = form.querySelector("[name=code]");
  var options = JSON.parse(field.getAttribute("data-passkey"));

  function bytes(text) {
    var raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(raw, function (letter) { return letter.charCodeAt(0); });
  }

  function text(buffer) {
    var raw = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(raw).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function named(list) {
    return (list || []).map(function (one) { return Object.assign({}, one, { id: bytes(one.id) }); });
  }

  function ask() {
    var asked = Object.assign({}, options, { challenge: bytes(options.challenge) });
    if (options.user) {
      asked.user = Object.assign({}, options.user, { id: bytes(options.user.id) });
      asked.excludeCredentials = named(options.excludeCredentials);
      return navigator.credentials.create({ publicKey: asked });
    }
    asked.allowCredentials = named(options.allowCredentials);
    return navigator.credentials.get({ publicKey: asked });
  }

  function written(credential) {
    var response = {};
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (part) {
      if (credential.response[part]) { response[part] = text(credential.response[part]); }
    });
    return JSON.stringify({
      id: credential.id, rawId: text(credential.rawId), type: credential.type, response: response,
      clientExtensionResults: {}
    });
  }

  function refused() {
    said.textContent = said.getAttribute("data-passkey-said");
    said.hidden = false;
    if (code) { code.required = true; }
  }

  form.querySelector("[data-passkey-place]").hidden = false;
  button.addEventListener("click", function () {
    if (code) { code.required = false; }
    if (!form.reportValidity()) { return; }
    ask().then(function (credential) {
      field.value = written(credential);
      form.submit();
    }).catch(refused);
  });
}());
