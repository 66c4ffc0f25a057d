// A thread that neither closes its settings nor listens to anything: it is to end by itself.
import { parentPort } from 'node:worker_threads';
import { receiveSettings } from '@strongroom/node/threads';
import { shop } from './shop.mjs';

const settings = await receiveSettings(shop);
parentPort.postMessage(settings.current().PORT);
