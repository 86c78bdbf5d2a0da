/* Does a small work before a form may be handed in: finds an answer so that SHA-256 of "challenge:answer"
   begins with so many zero bits. For old browsers, and for pages without https, where crypto.subtle is none. */
(function () {
  "use strict";
  var K = [], H = [];
  (function () {
    function part(x) { return ((x - Math.floor(x)) * 4294967296) | 0; }
    for (var n = 2; K.length < 64; n++) {
      var prime = true;
      for (var d = 2; d * d <= n; d++) { if (n % d === 0) { prime = false; break; } }
      if (prime) {
        if (H.length < 8) { H.push(part(Math.sqrt(n))); }
        K.push(part(Math.pow(n, 1 / 3)));
      }
    }
  })();

  function rotated(x, n) { return (x >>> n) | (x << (32 - n)); }

  /* The first word of SHA-256 of ASCII text (FIPS 180-4). */
  function firstWord(text) {
    var length = text.length, words = [], i;
    for (i = 0; i < length; i++) { words[i >> 2] |= text.charCodeAt(i) << (24 - (i % 4) * 8); }
    words[length >> 2] |= 0x80 << (24 - (length % 4) * 8);
    var last = (((length + 8) >> 6) << 4) + 15;
    words[last] = length * 8;
    var state = H.slice(), w = [];
    for (var block = 0; block <= last; block += 16) {
      var s = state.slice();
      for (i = 0; i < 64; i++) {
        if (i < 16) { w[i] = words[block + i] | 0; } else {
          var a = w[i - 15], b = w[i - 2];
          w[i] = (w[i - 16] + w[i - 7] + (rotated(a, 7) ^ rotated(a, 18) ^ (a >>> 3)) +
            (rotated(b, 17) ^ rotated(b, 19) ^ (b >>> 10))) | 0;
        }
        var one = (s[7] + (rotated(s[4], 6) ^ rotated(s[4], 11) ^ rotated(s[4], 25)) +
          ((s[4] & s[5]) ^ (~s[4] & s[6])) + K[i] + w[i]) | 0;
        var two = ((rotated(s[0], 2) ^ rotated(s[0], 13) ^ rotated(s[0], 22)) +
          ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]))) | 0;
        s = [(one + two) | 0, s[0], s[1], s[2], (s[3] + one) | 0, s[4], s[5], s[6]];
      }
      for (i = 0; i < 8; i++) { state[i] = (state[i] + s[i]) | 0; }
    }
    return state[0] >>> 0;
  }

  var form = document.querySelector("form[data-challenge]");
  if (!form) { return; }
  var challenge = form.getAttribute("data-challenge"), bits = Number(form.getAttribute("data-bits"));
  var told = document.querySelector("[data-work-told]"), answer = form.querySelector("input[name=_answer]");
  var button = form.querySelector("button[type=submit]"), tried = 0;
  button.disabled = true;

  function search() {
    for (var end = tried + 2000; tried < end; tried++) {
      if (firstWord(challenge + ":" + tried) >>> (32 - bits) === 0) {
        answer.value = String(tried);
        button.disabled = false;
        told.textContent = "准备好了，可以提交了。";
        return;
      }
    }
    setTimeout(search, 0);
  }
  search();
})();
