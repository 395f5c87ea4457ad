/** For the tests of the room: versions and evidence in memory, the shipped policy, a clock that can be moved. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type ApprovalStanding,
  type Decision,
  type Digest,
  formatModelVersionRef,
  type ModelVersion,
  type ModelVersionRef,
  type Principal,
  principalName,
  type Role,
} from '@rampart/domain'
import { AppError, createLogger, cryptoRandom, systemClock, type Tx } from '@rampart/kit'
import { type TestDatabase, testDatabase } from '@rampart/kit/testing'
import { createShippedPolicy } from '@rampart/policy/testing'
import { createApprovalRoom } from './approval-room.ts'
import type { NoticesDeps } from './notices.ts'
import type { ApprovalStep, EvidenceFact } from './ports.ts'

type Statement = { readonly subjectName: string; readonly digest: Digest; readonly predicateType: string }

export const digestOf = (digit: string): Digest => `sha256:${digit.repeat(64)}`

export const person = (id: string, ...roles: readonly Role[]): Principal => ({
  kind: 'user',
  id,
  tenant: 'default',
  roles,
  via: 'oidc',
})

const refused = (code: string) => new AppError({ kind: 'Conflict', code, message: code })

const shipped = createShippedPolicy()

export type TestRoomOptions = {
  readonly mode?: 'development' | 'production'
  readonly webhook?: NonNullable<NoticesDeps['webhook']>
  /** Fails where the step to `approved` would be taken. */
  readonly breakAt?: () => boolean
}

/** Rows of what is under test are in the database; facts of other rooms commit and roll back with them, as rows of a table. */
export const createTestRoom = async (db: TestDatabase, options: TestRoomOptions = {}) => {
  let offsetMs = 0
  const now = () => Date.now() + offsetMs
  const clock = { ...systemClock, now, iso: () => new Date(now()).toISOString() }
  const policy = await shipped
  const bound = { evidence: digestOf('e'), policy: digestOf('1') }
  const audited: { action: string; outcome: string; principal: string }[] = []
  const settled: string[] = []

  const readVersion = async (tx: Tx, ref: ModelVersionRef, lock = ''): Promise<ModelVersion | undefined> => {
    const [row] = await tx.query<{ document: ModelVersion; stage: ModelVersion['stage'] }>(
      `SELECT document, stage FROM test_version WHERE ref = $1 ${lock}`,
      [formatModelVersionRef(ref)],
    )
    return row === undefined ? undefined : { ...row.document, stage: row.stage }
  }
  const decision = (allow: boolean): Decision => ({
    id: 'decision',
    pack: 'promotion',
    principal: '',
    bundleDigest: bound.policy,
    inputDigest: bound.policy,
    allow,
    reasons: allow ? [] : ['no'],
    obligations: {},
    evaluationMicros: 1,
    time: clock.iso(),
  })
  const room = createApprovalRoom<EvidenceFact>({
    database: db.database,
    eventLog: db.eventLog,
    clock,
    random: cryptoRandom,
    logger: createLogger({ level: 'silent', name: 'test' }),
    mode: options.mode ?? 'production',
    audit: {
      record: async (_tx, { action, outcome, principal }) =>
        void audited.push({ action, outcome, principal }),
    },
    policy,
    pack: () => policy.hot('approval'),
    policyDigest: () => bound.policy,
    evidenceDigest: () => bound.evidence,
    evidence: {
      evidenceIn: async (tx, digests) =>
        (
          await tx.query<{ document: EvidenceFact }>(
            'SELECT document FROM test_fact WHERE digest = ANY($1) ORDER BY seq DESC',
            [digests],
          )
        ).map(({ document }) => document),
      attest: async (tx, _principal, statement) => ({
        id: await insertFact(tx, statement, statement.predicate),
      }),
    },
    versions: {
      find: readVersion,
      lock: async (tx, ref) => {
        const found = await readVersion(tx, ref, 'FOR UPDATE')
        if (found === undefined) throw refused('TEST_NO_VERSION')
        return found
      },
      mayApprove: async () => decision(true),
      approve: async ({ tx, version }: ApprovalStep) => {
        if (options.breakAt?.() === true) throw refused('TEST_BROKEN')
        await tx.query('UPDATE test_version SET stage = $2 WHERE ref = $1', [
          formatModelVersionRef(version),
          'approved',
        ])
        return decision(true)
      },
      denied: () => refused('TEST_DENIED'),
      illegal: () => refused('TEST_ILLEGAL'),
      settle: async (version) => void settled.push(formatModelVersionRef(version)),
    },
    requestMs: 14 * 86_400_000,
    ...(options.webhook === undefined ? {} : { webhook: options.webhook }),
  })

  const insertFact = async (
    tx: Tx,
    { subjectName, digest, predicateType }: Statement,
    predicate: Readonly<Record<string, unknown>>,
    verified = true,
  ): Promise<string> => {
    const id = crypto.randomUUID()
    const fact = {
      id,
      predicateType,
      predicate,
      verified,
      subjectDigest: digest,
      subjectName,
      createdAt: clock.iso(),
    }
    await tx.query('INSERT INTO test_fact (digest, document) VALUES ($1, $2)', [digest, JSON.stringify(fact)])
    return id
  }

  return {
    ...room,
    audited,
    settled,
    bound,
    policy,
    pass: (ms: number) => {
      offsetMs += ms
    },
    iso: (ms = 0) => new Date(now() + ms).toISOString(),
    /** Predicates of the statements of this type about a version, the newest first. */
    statements: ({ digest }: ModelVersion, predicateType: string) =>
      db.database.read('default', async (tx) =>
        (
          await tx.query<{ document: EvidenceFact }>(
            'SELECT document FROM test_fact WHERE digest = $1 ORDER BY seq DESC',
            [digest],
          )
        ).flatMap(({ document }) => (document.predicateType === predicateType ? [document.predicate] : [])),
      ),
    /** A statement that nobody made through the room. */
    plant: (statement: Statement, predicate: Readonly<Record<string, unknown>>, verified = true) =>
      db.database.tx('default', (tx) => insertFact(tx, statement, predicate, verified)),
    version: (name: string, over: Partial<ModelVersion> = {}): Promise<ModelVersion> =>
      db.database.tx(over.tenant ?? 'default', async (tx) => {
        const document: ModelVersion = {
          tenant: 'default',
          name,
          version: '1',
          digest: digestOf('a'),
          stage: 'assessed',
          artifacts: [],
          spec: {},
          createdBy: 'user:olga',
          createdAt: clock.iso(),
          updatedAt: clock.iso(),
          revision: 1,
          ...over,
        }
        await tx.query('INSERT INTO test_version (ref, document, stage) VALUES ($1, $2, $3)', [
          formatModelVersionRef(document),
          JSON.stringify(document),
          document.stage,
        ])
        return document
      }),
    move: (ref: ModelVersionRef, stage: ModelVersion['stage']) =>
      db.database.tx('default', (tx) =>
        tx.query('UPDATE test_version SET stage = $2 WHERE ref = $1', [formatModelVersionRef(ref), stage]),
      ),
    stage: async (ref: ModelVersionRef) =>
      (await db.database.read('default', (tx) => readVersion(tx, ref)))?.stage,
    count: (version: ModelVersion): Promise<ApprovalStanding> =>
      db.database.read(version.tenant, async (tx) => {
        const rows = await tx.query<{ document: EvidenceFact }>(
          'SELECT document FROM test_fact WHERE digest = $1',
          [version.digest],
        )
        return room.standing(
          tx,
          version,
          rows.map(({ document }) => document),
        )
      }),
    approve: (who: Principal, ref: ModelVersionRef, more: object = {}) =>
      room.approvals.approve(who, ref, { reason: `${principalName(who)} agrees`, ...more }),
    reject: (who: Principal, ref: ModelVersionRef) =>
      room.approvals.reject(who, ref, { reason: 'not like this' }),
  }
}

const TABLES = `
CREATE TABLE test_version (tenant text NOT NULL DEFAULT current_setting('rampart.tenant'), ref text NOT NULL,
  document jsonb NOT NULL, stage text NOT NULL, PRIMARY KEY (tenant, ref));
SELECT kit_tenant_table('test_version');
CREATE TABLE test_fact (tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  seq bigint GENERATED ALWAYS AS IDENTITY, digest text NOT NULL, document jsonb NOT NULL, PRIMARY KEY (tenant, seq));
SELECT kit_tenant_table('test_fact');
`

/** The room's tables, and those that stand for other rooms. */
export const approvalsDatabase = async (): Promise<TestDatabase> => {
  const folder = await mkdtemp(join(tmpdir(), 'rampart-approvals-'))
  try {
    await writeFile(join(folder, '0001_test.sql'), TABLES)
    const dir = fileURLToPath(new URL('../migrations', import.meta.url))
    return await testDatabase({
      sources: [
        { module: 'approvals', dir },
        { module: 'test', dir: folder },
      ],
    })
  } finally {
    await rm(folder, { recursive: true })
  }
}
