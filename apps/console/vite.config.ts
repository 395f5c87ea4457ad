/** Builds the console to `dist/`; `npm run dev` proxies the API to `RAMPART_URL` (default: the mock API). */
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const api = process.env['RAMPART_URL'] ?? 'http://127.0.0.1:7170'
const proxied = ['/api', '/login', '/openapi.json', '/docs', '/metrics', '/healthz', '/readyz', '/v2']

export default defineConfig({
  base: '/',
  plugins: [react(), tailwindcss()],
  // Data URIs for fonts would need `font-src data:` in the content security policy.
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    sourcemap: false,
    chunkSizeWarningLimit: 900,
  },
  server: {
    host: '127.0.0.1',
    port: 7171,
    proxy: Object.fromEntries(proxied.map((path) => [path, { target: api, changeOrigin: true }])),
  },
})
