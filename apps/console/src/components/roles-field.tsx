/** Which roles a key or account gets. */
import type { Role } from '../api/types.ts'

const ROLES = [
  ['viewer', 'read everything'],
  ['operator', 'register, deploy, route'],
  ['approver', 'approve, quarantine, retract'],
  ['admin', 'everything, keys included'],
  ['gateway', 'a gateway: follow what is served, report'],
] as const satisfies readonly (readonly [Role, string])[]

type Props = { value: readonly Role[]; onChange: (roles: Role[]) => void }

export const RolesField = ({ value, onChange }: Props) => (
  <fieldset>
    <legend className="mb-1 text-xs font-medium text-ink-2">Roles</legend>
    <div className="grid gap-1 sm:grid-cols-2">
      {ROLES.map(([role, what]) => (
        <label key={role} className="flex items-center gap-2">
          <input
            type="checkbox"
            className="size-4 accent-(--accent-fill)"
            checked={value.includes(role)}
            onChange={(event) =>
              onChange(event.target.checked ? [...value, role] : value.filter((one) => one !== role))
            }
          />
          <span>
            {role} <span className="text-xs text-ink-3">{what}</span>
          </span>
        </label>
      ))}
    </div>
  </fieldset>
)
