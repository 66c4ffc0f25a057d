/** What `--help` prints. */
export const HELP = `strongroom-dev-server - answers as Vault's dev server does, for development and tests

Usage: strongroom-dev-server [options]

  --listen HOST:PORT   where to listen; loopback addresses only (default 127.0.0.1:8200, port 0 for a free one)
  --root-token TOKEN   the root token (default: VAULT_DEV_ROOT_TOKEN_ID, else a random one, which is printed)
  --data FILE          keep the state in this file across restarts (default: in memory only)
  --uninitialised      start as a server that has yet to be initialised and unsealed
  --help, -h           print this text
  --version            print the version

It prints one line when it is ready, and stops on SIGINT or SIGTERM. Not for production.
`;
