/** MLflow's model registry behind the Registry port; also for endpoints that speak its REST interface. */
import type { Registry } from '@rampart/domain'
import { type OutboundHttp, parseServerUrl } from '../outbound/index.ts'
import { createMlflowApi } from './api.ts'
import { createArtifacts } from './artifacts.ts'
import { readLineage } from './lineage.ts'
import { readNotice } from './notice.ts'
import { createVersions } from './versions.ts'
import { createWriter } from './writer.ts'

export type MlflowOptions = {
  /** Of the tracking server: everything before `/api/2.0`. Throws OUTBOUND_URL_REFUSED when it is none. */
  readonly url: string
  /** The registry's own: closed with it, and its requests are counted. */
  readonly http: OutboundHttp
  /** Value of the Authorization header, asked for at each request. */
  readonly authorization?: () => Promise<string | undefined>
}

/** Header values for the two ways in which MLflow servers ask who calls. */
export const basicAuthorization = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`
export const bearerAuthorization = (token: string): string => `Bearer ${token}`

export const createMlflowRegistry = ({ url, http, authorization }: MlflowOptions): Registry => {
  const api = createMlflowApi({ url: parseServerUrl(url, ['http:', 'https:']), http, authorization })
  return {
    type: 'mlflow',
    ...createVersions(api),
    ...createArtifacts(api),
    lineage: (version, call) => readLineage(api, version, call),
    writer: createWriter(api),
    readNotice,
    requests: () => http.requests(),
    close: () => http.close(),
  }
}
