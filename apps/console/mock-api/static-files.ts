/** Serves the built console as the control plane does: strict content security policy, deep links answered by index.html. */
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

const read = (path: string): Buffer | undefined => {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

export const serveStatic = (
  response: ServerResponse,
  pathname: string,
  distDir: string | undefined,
): void => {
  if (distDir === undefined) {
    response
      .writeHead(404, { 'content-type': 'text/plain' })
      .end('The mock serves only the API here; the console runs at the address of `npm run dev`.')
    return
  }
  const asked = normalize(join(distDir, pathname))
  const inside = asked.startsWith(distDir + sep)
  const file = inside ? read(asked) : undefined
  // Addresses of pages may hold dots (a version, 1.2.0), so only missing assets are really missing.
  const body = file ?? (pathname.startsWith('/assets/') ? undefined : read(join(distDir, 'index.html')))
  if (body === undefined) {
    response.writeHead(404).end()
    return
  }
  const type = TYPES[file === undefined ? '.html' : extname(asked)] ?? 'application/octet-stream'
  response.writeHead(200, {
    'content-type': type,
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
  })
  response.end(body)
}
