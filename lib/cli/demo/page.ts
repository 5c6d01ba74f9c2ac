/**
 * The page a stand-in serves: who answered, and a WebSocket echo through the same address.
 *
 * Not here: the server (`stand-in.ts`).
 */

/** The page as HTML; `serverName` is shown as who answered. */
export function page(serverName: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>sluice demo</title>
<link rel="icon" href="data:,">
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }
  h1 { font-size: 1.4rem } strong { color: #06c } li { font-family: ui-monospace, monospace }
</style>
<h1>sluice: one address, two servers</h1>
<p>This page came from <strong id="server">${serverName}</strong>. Load it again in a new private window to meet the other one:
a browser keeps its connection, and a connection keeps its server.</p>
<p>WebSocket through the same address: <span id="state">connecting</span></p>
<form><input name="text" value="hello" aria-label="message"> <button>Send</button></form>
<ul id="echoes"></ul>
<script>
  const state = document.getElementById('state');
  const echoes = document.getElementById('echoes');
  const form = document.forms[0];
  const socket = new WebSocket('wss://' + location.host + '/');
  const send = () => socket.readyState === WebSocket.OPEN && socket.send(form.elements.text.value);
  socket.onopen = () => { state.textContent = 'open'; send(); };
  socket.onclose = () => { state.textContent = 'closed'; };
  socket.onmessage = (event) => {
    const { server, echo } = JSON.parse(event.data);
    echoes.appendChild(document.createElement('li')).textContent = server + ' echoes: ' + echo;
  };
  form.onsubmit = (event) => { event.preventDefault(); send(); };
</script>
`;
}
