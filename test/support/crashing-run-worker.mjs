// A thread of runs for tests: ends each run that it is given at once, dies at the run `crash`, says nothing to input.
export default function worker({ port }) {
  return new Promise((resolve, reject) => {
    port.on('message', ({ type, run_id }) => {
      if (type === 'stop') {
        port.close();
        resolve();
      } else if (type === 'start') {
        if (run_id === 'crash') reject(new Error('crashed on purpose'));
        else port.postMessage({ type: 'ended', run: { run_id } });
      }
    });
  });
}
