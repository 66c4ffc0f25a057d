/** Listens to the messages of the parent process. */
export type Listener = (message: unknown, handle: unknown) => void;

/** Those of this library that listen now. There is one channel in a process, whoever uses it. */
export const ours = new Set<Listener>();

const aside: (readonly [message: unknown, handle: unknown])[] = [];

/**
 * Keeps a message that is not for us while nobody else listens: Node.js itself keeps what comes for the first
 * listener, which is us. The application gets it when it begins to listen.
 */
export function putAside(listener: Listener, message: unknown, handle: unknown): void {
  const others = process.listeners('message').length > ours.size;
  // Each of ours is told of it.
  const [first] = ours;
  if (others || listener !== first) return;
  if (aside.length === 0) process.on('newListener', handOn);
  aside.push([message, handle]);
}

function handOn(event: string | symbol, listener: unknown): void {
  if (event !== 'message' || ours.has(listener as Listener)) return;
  process.off('newListener', handOn);
  // It is told of before it listens.
  process.nextTick(() => {
    for (const [message, handle] of aside.splice(0)) process.emit('message', message, handle as never);
  });
}
