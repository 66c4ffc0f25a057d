import type { Socket } from 'node:net';

/**
 * Makes a connection, secured where it is to be. Calls back once, unless it is called off before.
 *
 * @returns a function that calls it off
 */
export type Dial = (made: Made) => () => void;

export type Made = (error: unknown, socket?: Socket) => void;

/** After how long without a byte the system looks whether the other side is there, in milliseconds. */
const keepAliveDelayMs = 1_000;

/** Calls back when a connection that is being made is there, or is not to be had. */
export function whenConnected(socket: Socket, event: 'connect' | 'secureConnect', made: Made): () => void {
  const connected = () => {
    stopListening();
    // To send at once, and to notice when the other side has gone. As options node:tls would pass them over.
    socket.setNoDelay(true).setKeepAlive(true, keepAliveDelayMs);
    made(undefined, socket);
  };
  const failed = (error: unknown) => {
    callOff();
    made(error);
  };
  const closed = () => failed({ code: 'ECONNRESET' });
  socket.on(event, connected);
  socket.on('error', failed);
  socket.on('close', closed);
  function stopListening() {
    socket.off(event, connected);
    socket.off('error', failed);
    socket.off('close', closed);
  }
  function callOff() {
    stopListening();
    // It may fail once more on its way out.
    socket.on('error', () => undefined);
    socket.destroy();
  }
  return callOff;
}
