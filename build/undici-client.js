// The one class of undici that we use, and what connects it. Its index loads fetch, WebSocket and caches too, which costs the worker 100 ms.
import ClientRequest from 'undici/lib/api/api-request.js';
import buildConnector from 'undici/lib/core/connect.js';
import Client from 'undici/lib/dispatcher/client.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';

// As undici's own index does.
Dispatcher.prototype.request = ClientRequest;

export { buildConnector, Client };
