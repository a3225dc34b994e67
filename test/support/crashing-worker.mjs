// A scope worker for tests: answers `echo` with its input, dies on `crash`, says nothing to `hang`.
export default function worker({ port }) {
  return new Promise((resolve, reject) => {
    port.on('message', (message) => {
      if (message.type === 'stop') {
        port.close();
        resolve();
        return;
      }
      const replies = [];
      for (const { id, op, input } of message.calls) {
        if (op === 'crash') reject(new Error('crashed on purpose'));
        else if (op === 'echo') replies.push({ id, ok: true, json: input });
      }
      port.postMessage({ type: 'drained', replies, frames: [] });
    });
  });
}
