import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Host } from './host.js';

/** A verb: what it is for in a line, and where it is. Loaded when it is called. */
interface Verb {
  readonly summary: string;
  load(): Promise<{ readonly define: (host: Host) => CommandUnknownOpts }>;
}

export type VerbName =
  | 'init'
  | 'audit'
  | 'migrate'
  | 'rollback'
  | 'restore'
  | 'diff'
  | 'promote'
  | 'policy'
  | 'doctor'
  | 'explain'
  | 'get'
  | 'run'
  | 'export'
  | 'dev'
  | 'completion';

/** Every verb, in the order in which someone comes to need it. */
export const verbs: Readonly<Record<VerbName, Verb>> = {
  init: {
    summary: 'write a definition and a configuration from an existing .env',
    load: () => import('./verbs/init.js'),
  },
  audit: {
    summary: 'find secrets that are hard-coded',
    load: () => import('./verbs/audit.js'),
  },
  migrate: {
    summary: 'move secrets into Vault: plan, confirm, apply, verify',
    load: () => import('./verbs/migrate.js'),
  },
  rollback: {
    summary: 'take a migration back',
    load: () => import('./verbs/rollback.js'),
  },
  restore: {
    summary: 'bring back a .env file that was cleaned up',
    load: () => import('./verbs/restore.js'),
  },
  diff: {
    summary: 'compare two environments, or a file with one',
    load: () => import('./verbs/diff.js'),
  },
  promote: {
    summary: 'bring the settings of one environment to the next',
    load: () => import('./verbs/promote.js'),
  },
  policy: {
    summary: 'print the least policy, and the commands that make a role',
    load: () => import('./verbs/policy.js'),
  },
  doctor: {
    summary: 'check everything from the address to each setting, with the remedies',
    load: () => import('./verbs/doctor.js'),
  },
  explain: {
    summary: 'say where each setting comes from, never a value',
    load: () => import('./verbs/explain.js'),
  },
  get: {
    summary: 'say where one setting lies; with --reveal its value',
    load: () => import('./verbs/get.js'),
  },
  run: {
    summary: 'run a command with the settings in its environment',
    load: () => import('./verbs/run.js'),
  },
  export: {
    summary: 'write the settings to a .env file, when nothing else will do',
    load: () => import('./verbs/export.js'),
  },
  dev: {
    summary: 'start a Vault for development on this machine',
    load: () => import('./verbs/dev.js'),
  },
  completion: {
    summary: 'print the completion for a shell',
    load: () => import('./verbs/completion.js'),
  },
};
