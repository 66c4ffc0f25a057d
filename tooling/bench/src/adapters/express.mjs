import express from 'express';
import { askingVault, constant, makeResolver } from './settings.mjs';

const middlewares = {
  constant: async () => (req, _res, next) => {
    req.settings = constant;
    next();
  },
  strongroom: async () => {
    const { expressSettings } = await import('@strongroom/express');
    return expressSettings(makeResolver()).middleware;
  },
  'node-vault': async () => {
    const ask = await askingVault();
    return (req, _res, next) => {
      ask().then((settings) => {
        req.settings = settings;
        next();
      }, next);
    };
  },
};

/** An application with one route, whose settings come the named way. */
export async function makeExpress(arm) {
  const app = express();
  if (arm !== 'bare') app.use(await middlewares[arm.replace(' again', '')]());
  app.get('/', (req, res) => {
    res.json({ greeting: (arm === 'bare' ? constant : req.settings).GREETING });
  });
  return new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => resolve(server.address().port));
  });
}
