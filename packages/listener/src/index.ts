/** HTTP listeners that refuse web pages and slow bodies. */
export { type BrowserGuard, createBrowserGuard } from './browser-guard.ts'
export { listenerErrors } from './errors.ts'
export { closeServer, createHttpServer, listen } from './http-server.ts'
