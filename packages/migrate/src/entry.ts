/** Where an entry was read: enough to find it again, and nothing of its value. */
export interface Origin {
  /** The kind of reader: `dotenv`, `environment`, `json`, `yaml`, `folder`, `kubernetes`, `vault`. */
  readonly reader: string;
  /** The file, the folder, or the mount and path in Vault; `the process environment`. */
  readonly place: string;
  /** The line of the file on which it begins, from 1. */
  readonly line?: number;
}

/** One name and value of an existing system. The value shows in no inspection and no serialization. */
export class Entry {
  /** As the origin writes it: a variable's name, the path of keys with dots between them, a file's name. */
  readonly name: string;
  readonly origin: Origin;
  readonly #value: unknown;

  constructor(name: string, value: unknown, origin: Origin) {
    this.name = name;
    this.origin = origin;
    this.#value = value;
  }

  /** The value: text, or what JSON can hold. */
  reveal(): unknown {
    return this.#value;
  }
}
