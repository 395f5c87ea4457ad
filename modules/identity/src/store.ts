/** SQL of identity. */
import type { PrincipalKind, Role } from '@rampart/domain'
import type { Tx } from '@rampart/kit'

export type OwnerKind = 'user' | 'service'

export type ApiKey = {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly ownerKind: OwnerKind
  readonly ownerId: string
  readonly roles: readonly Role[]
  readonly createdBy: string
  readonly createdAt: string
  readonly expiresAt: string
  readonly revokedAt?: string
  readonly lastUsedAt?: string
}

type ApiKeyRow = {
  id: string
  tenant: string
  name: string
  owner_kind: OwnerKind
  owner_id: string
  roles: Role[]
  created_by: string
  created_at: Date
  expires_at: Date
  revoked_at: Date | null
  last_used_at: Date | null
}

const KEY_COLUMNS =
  'id, tenant, name, owner_kind, owner_id, roles, created_by, created_at, expires_at, revoked_at, last_used_at'

const toApiKey = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  tenant: row.tenant,
  name: row.name,
  ownerKind: row.owner_kind,
  ownerId: row.owner_id,
  roles: row.roles,
  createdBy: row.created_by,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
  ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at.toISOString() }),
  ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at.toISOString() }),
})

export const insertApiKey = async (
  tx: Tx,
  key: ApiKey & { readonly secretHash: Uint8Array },
): Promise<void> => {
  await tx.query(
    `INSERT INTO identity_api_key (tenant, id, name, owner_kind, owner_id, roles, secret_hash, created_by, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      key.tenant,
      key.id,
      key.name,
      key.ownerKind,
      key.ownerId,
      key.roles,
      key.secretHash,
      key.createdBy,
      key.createdAt,
      key.expiresAt,
    ],
  )
}

export type KeyCandidate = ApiKey & {
  readonly secretHash: Uint8Array
  /** Roles of the owning service account; undefined for a user's key, empty when the account is gone. */
  readonly accountRoles?: readonly Role[]
}

/** By id over all tenants: the caller's tenant is what we are about to learn. */
export const findApiKey = async (tx: Tx, id: string): Promise<KeyCandidate | undefined> => {
  const rows = await tx.query<ApiKeyRow & { secret_hash: Buffer; account_roles: Role[] | null }>(
    `SELECT ${KEY_COLUMNS.replaceAll(/(\w+)/g, 'k.$1')}, k.secret_hash, a.roles AS account_roles
     FROM identity_api_key k LEFT JOIN identity_service_account a
       ON k.owner_kind = 'service' AND a.tenant = k.tenant AND a.id = k.owner_id AND a.deleted_at IS NULL
     WHERE k.id = $1`,
    [id],
  )
  const row = rows[0]
  if (row === undefined) return undefined
  const key = { ...toApiKey(row), secretHash: row.secret_hash }
  return row.owner_kind === 'service' ? { ...key, accountRoles: row.account_roles ?? [] } : key
}

/** Keys that open something now, with what they open: for processes that authenticate without a database. */
export const listUsableKeys = async (tx: Tx, now: string): Promise<KeyCandidate[]> => {
  const rows = await tx.query<ApiKeyRow & { secret_hash: Buffer; account_roles: Role[] | null }>(
    `SELECT ${KEY_COLUMNS.replaceAll(/(\w+)/g, 'k.$1')}, k.secret_hash, a.roles AS account_roles
     FROM identity_api_key k LEFT JOIN identity_service_account a
       ON k.owner_kind = 'service' AND a.tenant = k.tenant AND a.id = k.owner_id AND a.deleted_at IS NULL
     WHERE k.revoked_at IS NULL AND k.expires_at > $1 ORDER BY k.id`,
    [now],
  )
  return rows.map((row) => {
    const key = { ...toApiKey(row), secretHash: row.secret_hash }
    return row.owner_kind === 'service' ? { ...key, accountRoles: row.account_roles ?? [] } : key
  })
}

export type Page = {
  readonly limit: number
  readonly before?: { readonly createdAt: string; readonly id: string }
}

export const listApiKeys = async (tx: Tx, page: Page): Promise<ApiKey[]> => {
  const rows = await tx.query<ApiKeyRow>(
    `SELECT ${KEY_COLUMNS} FROM identity_api_key
     WHERE $1::timestamptz IS NULL OR (created_at, id) < ($1::timestamptz, $2)
     ORDER BY created_at DESC, id DESC LIMIT $3`,
    [page.before?.createdAt ?? null, page.before?.id ?? null, page.limit],
  )
  return rows.map(toApiKey)
}

/** Undefined when there is no such key; revoking twice keeps the first time. */
export const revokeApiKey = async (tx: Tx, id: string, now: string): Promise<ApiKey | undefined> => {
  const rows = await tx.query<ApiKeyRow>(
    `UPDATE identity_api_key SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1 RETURNING ${KEY_COLUMNS}`,
    [id, now],
  )
  return rows[0] === undefined ? undefined : toApiKey(rows[0])
}

export const revokeKeysOfAccount = async (tx: Tx, accountId: string, now: string): Promise<string[]> => {
  const rows = await tx.query<{ id: string }>(
    `UPDATE identity_api_key SET revoked_at = $2
     WHERE owner_kind = 'service' AND owner_id = $1 AND revoked_at IS NULL RETURNING id`,
    [accountId, now],
  )
  return rows.map((row) => row.id)
}

export const touchApiKeys = async (tx: Tx, uses: ReadonlyMap<string, string>): Promise<void> => {
  await tx.query(
    `UPDATE identity_api_key k SET last_used_at = u.at
     FROM unnest($1::text[], $2::timestamptz[]) AS u (id, at)
     WHERE k.id = u.id AND (k.last_used_at IS NULL OR k.last_used_at < u.at)`,
    [[...uses.keys()], [...uses.values()]],
  )
}

export type ServiceAccount = {
  readonly id: string
  readonly tenant: string
  readonly description: string
  readonly roles: readonly Role[]
  readonly createdBy: string
  readonly createdAt: string
}

type AccountRow = {
  id: string
  tenant: string
  description: string
  roles: Role[]
  created_by: string
  created_at: Date
}

const ACCOUNT_COLUMNS = 'id, tenant, description, roles, created_by, created_at'

const toAccount = (row: AccountRow): ServiceAccount => ({
  id: row.id,
  tenant: row.tenant,
  description: row.description,
  roles: row.roles,
  createdBy: row.created_by,
  createdAt: row.created_at.toISOString(),
})

/** False when the name is taken, by a deleted account too. */
export const insertAccount = async (tx: Tx, account: ServiceAccount): Promise<boolean> => {
  const rows = await tx.query(
    `INSERT INTO identity_service_account (tenant, id, description, roles, created_by, created_at)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, id) DO NOTHING RETURNING id`,
    [account.tenant, account.id, account.description, account.roles, account.createdBy, account.createdAt],
  )
  return rows.length === 1
}

export const findAccount = async (tx: Tx, id: string): Promise<ServiceAccount | undefined> => {
  const rows = await tx.query<AccountRow>(
    `SELECT ${ACCOUNT_COLUMNS} FROM identity_service_account WHERE id = $1 AND deleted_at IS NULL FOR SHARE`,
    [id],
  )
  return rows[0] === undefined ? undefined : toAccount(rows[0])
}

export const listAccounts = async (
  tx: Tx,
  page: { readonly limit: number; readonly after?: string },
): Promise<ServiceAccount[]> => {
  const rows = await tx.query<AccountRow>(
    `SELECT ${ACCOUNT_COLUMNS} FROM identity_service_account
     WHERE deleted_at IS NULL AND ($1::text IS NULL OR id > $1) ORDER BY id LIMIT $2`,
    [page.after ?? null, page.limit],
  )
  return rows.map(toAccount)
}

export const deleteAccount = async (tx: Tx, id: string, now: string): Promise<boolean> => {
  const rows = await tx.query(
    'UPDATE identity_service_account SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL RETURNING id',
    [id, now],
  )
  return rows.length === 1
}

export type StoredPrincipal = {
  readonly tenant: string
  readonly kind: PrincipalKind
  readonly id: string
  readonly roles: readonly Role[]
}
type PrincipalRow = {
  tenant: string
  principal_kind: PrincipalKind
  principal_id: string
  roles: Role[]
  expires_at: Date
}

const toPrincipal = (row: PrincipalRow): StoredPrincipal => ({
  tenant: row.tenant,
  kind: row.principal_kind,
  id: row.principal_id,
  roles: row.roles,
})

export const insertLoginCode = async (
  tx: Tx,
  code: StoredPrincipal & { readonly hash: Uint8Array; readonly expiresAt: string },
): Promise<void> => {
  await tx.query(
    `INSERT INTO identity_login_code (tenant, code_hash, principal_kind, principal_id, roles, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [code.tenant, code.hash, code.kind, code.id, code.roles, code.expiresAt],
  )
}

/** Deleting is using: of two requests with one code exactly one gets the row. */
export const takeLoginCode = async (
  tx: Tx,
  hash: Uint8Array,
  now: string,
): Promise<StoredPrincipal | undefined> => {
  const rows = await tx.query<PrincipalRow>(
    `DELETE FROM identity_login_code WHERE code_hash = $1
     RETURNING tenant, principal_kind, principal_id, roles, expires_at`,
    [hash],
  )
  const row = rows[0]
  return row === undefined || row.expires_at.getTime() <= Date.parse(now) ? undefined : toPrincipal(row)
}

export const insertSession = async (
  tx: Tx,
  session: StoredPrincipal & {
    readonly hash: Uint8Array
    readonly createdAt: string
    readonly expiresAt: string
  },
): Promise<void> => {
  await tx.query(
    `INSERT INTO identity_session (tenant, session_hash, principal_kind, principal_id, roles, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      session.tenant,
      session.hash,
      session.kind,
      session.id,
      session.roles,
      session.createdAt,
      session.expiresAt,
    ],
  )
}

export const findSession = async (
  tx: Tx,
  hash: Uint8Array,
): Promise<(StoredPrincipal & { readonly expiresAt: number }) | undefined> => {
  const rows = await tx.query<PrincipalRow>(
    `SELECT tenant, principal_kind, principal_id, roles, expires_at FROM identity_session WHERE session_hash = $1`,
    [hash],
  )
  const row = rows[0]
  return row === undefined ? undefined : { ...toPrincipal(row), expiresAt: row.expires_at.getTime() }
}

export const deleteSession = async (tx: Tx, hash: Uint8Array): Promise<StoredPrincipal | undefined> => {
  const rows = await tx.query<PrincipalRow>(
    `DELETE FROM identity_session WHERE session_hash = $1
     RETURNING tenant, principal_kind, principal_id, roles, expires_at`,
    [hash],
  )
  return rows[0] === undefined ? undefined : toPrincipal(rows[0])
}

export const deleteExpired = async (tx: Tx, now: string): Promise<void> => {
  await tx.query('DELETE FROM identity_session WHERE expires_at <= $1', [now])
  await tx.query('DELETE FROM identity_login_code WHERE expires_at <= $1', [now])
}
