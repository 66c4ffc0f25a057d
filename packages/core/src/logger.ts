/** What the library asks of a logger: the methods that pino and its kind have. */
export interface Logger {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export const isLogger = (given: unknown): given is Logger => {
  const { debug, info, warn, error } = Object(given) as Partial<Logger>;
  return [debug, info, warn, error].every((method) => typeof method === 'function');
};
