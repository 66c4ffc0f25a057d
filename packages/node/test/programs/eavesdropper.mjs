// A thread that asks for settings as it likes, and tells all that it is handed.
import { MessageChannel, parentPort, workerData } from 'node:worker_threads';

for (const ask of workerData) {
  const { port1, port2 } = new MessageChannel();
  port1.on('message', (text) => parentPort.postMessage({ text }));
  parentPort.postMessage({ ...ask, port: port2 }, [port2]);
}
