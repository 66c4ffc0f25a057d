import { expressSettings } from '@strongroom/express';
import express, { type Express } from 'express';
import { type Database, frontPage, healthPage, isUser, type PakeResolver, signIn } from 'pake';

/** PAKE's routes. */
export function createApp(resolver: PakeResolver, database: Database): Express {
  const settings = expressSettings(resolver);
  const app = express().disable('x-powered-by');

  app.get('/health', (_req, res) => {
    const { status, body } = healthPage(resolver);
    res.status(status).json(body);
  });
  app.use('/internal', settings.router({ admit: (req) => req.socket.remoteAddress === '127.0.0.1' }));

  app.use(settings.middleware);
  app.get(
    '/',
    settings.handler((req, res) => res.json(frontPage(req.settings))),
  );
  app.get('/database', async (_req, res) => {
    const up = await database.answers();
    res.status(up ? 200 : 503).json({ database: up ? 'up' : 'down' });
  });
  app.post(
    '/login',
    express.json({ limit: '1kb' }),
    settings.handler(async (req, res) => {
      const user = req.body?.user;
      if (!isUser(user))
        return res.status(400).json({ error: 'user: letters, digits and . _ - @, at most 64' });
      return res.json({ token: await signIn(user, req.settings) });
    }),
  );
  return app;
}
