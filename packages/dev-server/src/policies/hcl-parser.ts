import { JsonSyntaxError, parseJson } from '../json/json-parser.js';
import { isJsonArray, isJsonMap, JsonNumber, type JsonValue } from '../json/json-value.js';
import { HclError, HclScanner, type Token } from './hcl-scanner.js';

/** A value in HCL: a scalar, a list, or an object. */
export type HclValue = string | number | boolean | readonly HclValue[] | HclObject;

/** One line of an object: `key "label" { … }` or `key = value`. */
export interface HclItem {
  /** The key and its labels. */
  readonly keys: readonly string[];
  readonly value: HclValue;
  readonly line: number;
  /** Where the value begins, such as `1:20`; undefined in JSON. */
  readonly valueAt?: string;
}

/** An object; one key may stand in it several times. */
export class HclObject {
  constructor(readonly items: readonly HclItem[]) {}
}

const MAX_DEPTH = 100;

class HclReader {
  readonly #scanner: HclScanner;
  #ahead: Token | undefined;

  constructor(text: string) {
    this.#scanner = new HclScanner(text);
  }

  private peek(): Token {
    this.#ahead ??= this.#scanner.next();
    return this.#ahead;
  }

  private take(): Token {
    const token = this.peek();
    this.#ahead = undefined;
    return token;
  }

  private fail(token: Token, message: string): HclError {
    return new HclError(`At ${token.line}:${token.column}: ${message}`);
  }

  /** Items up to the end of the text, or to the brace that closes the object. */
  items(nested: boolean, depth: number): HclObject {
    const items: HclItem[] = [];
    for (;;) {
      const token = this.peek();
      if (token.kind === 'EOF') {
        if (nested) throw this.fail(token, 'object expected closing RBRACE got: EOF');
        return new HclObject(items);
      }
      if (token.kind === 'RBRACE' && nested) {
        this.take();
        return new HclObject(items);
      }
      items.push(this.item(depth));
      if (this.peek().kind === 'COMMA') this.take();
    }
  }

  private item(depth: number): HclItem {
    const keys: string[] = [];
    for (;;) {
      const token = this.take();
      switch (token.kind) {
        case 'IDENT':
        case 'STRING':
        case 'BOOL':
          keys.push(token.text);
          continue;
        case 'ASSIGN':
          if (keys.length > 1) throw this.fail(token, `nested object expected: LBRACE got: ${token.kind}`);
          if (keys.length === 0) throw this.fail(token, `no object keys found!`);
          return { keys, valueAt: this.position(), value: this.value(depth), line: token.line };
        case 'LBRACE':
          if (keys.length === 0) {
            throw this.fail(token, `expected: IDENT | STRING got: ${token.kind}`);
          }
          return { keys, value: this.nested(depth), line: token.line };
        case 'EOF':
          throw this.fail(
            token,
            keys.length > 0
              ? `key '${keys.join(' ')}' expected start of object ('{') or assignment ('=')`
              : 'EOF token found',
          );
        default:
          throw this.fail(
            token,
            keys.length > 0
              ? `key '${keys.join(' ')}' expected start of object ('{') or assignment ('=')`
              : `expected: IDENT | STRING | ASSIGN | LBRACE got: ${token.kind}`,
          );
      }
    }
  }

  private position(): string {
    const { line, column } = this.peek();
    return `${line}:${column}`;
  }

  private nested(depth: number): HclObject {
    if (depth > MAX_DEPTH) throw new HclError('nested too deeply');
    return this.items(true, depth + 1);
  }

  private value(depth: number): HclValue {
    const token = this.take();
    switch (token.kind) {
      case 'STRING':
      case 'HEREDOC':
        return token.text;
      case 'NUMBER':
      case 'FLOAT':
        return Number(token.text);
      case 'BOOL':
        return token.text === 'true';
      case 'LBRACK':
        return this.list(depth);
      case 'LBRACE':
        return this.nested(depth);
      default:
        throw this.fail(
          token,
          `Unknown token: ${token.line}:${token.column} ${token.kind} ${token.text}`.trim(),
        );
    }
  }

  private list(depth: number): HclValue[] {
    if (depth > MAX_DEPTH) throw new HclError('nested too deeply');
    const list: HclValue[] = [];
    for (;;) {
      if (this.peek().kind === 'RBRACK') {
        this.take();
        return list;
      }
      list.push(this.value(depth + 1));
      const token = this.take();
      if (token.kind === 'RBRACK') return list;
      if (token.kind !== 'COMMA') {
        throw this.fail(token, `error parsing list, expected comma or list end, got: ${token.kind}`);
      }
    }
  }
}

/** JSON as HCL sees it: an object in an object is a block with a label. */
function fromJson(value: JsonValue): HclValue {
  if (value === null) return '';
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
  if (value instanceof JsonNumber) return Number(value.text);
  if (isJsonArray(value)) return value.map(fromJson);
  const entries = isJsonMap(value) ? [...value] : [];
  return new HclObject(entries.map(([key, item]) => ({ keys: [key], value: fromJson(item), line: 1 })));
}

/** Reads HCL, or JSON where the text begins with a brace. @throws HclError */
export function parseHcl(text: string): HclObject {
  if (!text.trimStart().startsWith('{')) return new HclReader(text).items(false, 0);
  try {
    const value = fromJson(parseJson(text));
    if (value instanceof HclObject) return value;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
  }
  throw new HclError('invalid JSON');
}
