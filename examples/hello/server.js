// A small web service without dependencies: it says which replica of what it is, and ends in order when asked to.

import { createServer } from 'node:http';

const {
  PORT = '8080',
  ORION_SERVICE_NAME = 'hello',
  ORION_REPLICA_INDEX = '0',
  GREETING = 'Hello',
} = process.env;

const server = createServer((request, response) => {
  console.log(`${request.method} ${request.url}`);
  const answer = {
    greeting: `${GREETING} from ${ORION_SERVICE_NAME}`,
    service: ORION_SERVICE_NAME,
    replica: Number(ORION_REPLICA_INDEX),
    pid: process.pid,
    uptimeSeconds: Math.round(process.uptime()),
  };
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(answer)}\n`);
});

// Loopback only: whoever wants it elsewhere puts a proxy in front of it.
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${PORT}`));

process.on('SIGTERM', () => {
  console.log('asked to stop: answering what is open, taking nothing new');
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
