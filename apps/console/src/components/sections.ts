/** The site's sections in the order of the data's way; a section whose module the server lacks is not listed. */
import {
  Activity,
  BookKey,
  Boxes,
  Gavel,
  Landmark,
  LayoutDashboard,
  Library,
  type LucideIcon,
  RadioTower,
  Route as RouteIcon,
  ScrollText,
  Settings,
  ShieldAlert,
  ShieldBan,
  Signature,
  Siren,
  Stamp,
} from 'lucide-react'
import { pb } from '../path-builder.ts'

export type Section = {
  id: string
  label: string
  path: string
  icon: LucideIcon
  /** Second key after `g`. */
  key: string
  /** The pipeline room it belongs to; absent rooms hide it. */
  room?: string
}

export const SECTIONS: readonly Section[] = [
  { id: 'overview', label: 'Overview', path: pb.overview(), icon: LayoutDashboard, key: 'o' },
  { id: 'models', label: 'Models', path: pb.models(), icon: Boxes, key: 'm', room: 'inventory' },
  { id: 'registries', label: 'Registries', path: pb.registries(), icon: Library, key: 'y' },
  { id: 'approvals', label: 'Approvals', path: pb.approvals(), icon: Stamp, key: 'v' },
  { id: 'routes', label: 'Routes', path: pb.routes(), icon: RouteIcon, key: 'r', room: 'serving' },
  { id: 'requests', label: 'Requests', path: pb.requests(), icon: ScrollText, key: 'q', room: 'serving' },
  { id: 'telemetry', label: 'Telemetry', path: pb.telemetry(), icon: Activity, key: 't', room: 'telemetry' },
  { id: 'signals', label: 'Signals', path: pb.signals(), icon: Siren, key: 's', room: 'threats' },
  {
    id: 'incidents',
    label: 'Incidents',
    path: pb.incidents(),
    icon: ShieldAlert,
    key: 'i',
    room: 'threats',
  },
  { id: 'response', label: 'Response', path: pb.response(), icon: ShieldBan, key: 'e' },
  { id: 'siem', label: 'SIEM', path: pb.siem(), icon: RadioTower, key: 'x' },
  { id: 'signers', label: 'Signers', path: pb.signers(), icon: Signature, key: 'n' },
  { id: 'policies', label: 'Policies', path: pb.policies(), icon: BookKey, key: 'p', room: 'policy' },
  { id: 'decisions', label: 'Decisions', path: pb.decisions(), icon: Gavel, key: 'd', room: 'policy' },
  { id: 'audit', label: 'Audit', path: pb.audit(), icon: Landmark, key: 'a', room: 'audit' },
  { id: 'settings', label: 'Settings', path: pb.settings(), icon: Settings, key: ',' },
]

export const visibleSections = (
  rooms: readonly { id: string; present: boolean }[] | undefined,
): readonly Section[] =>
  SECTIONS.filter((section) => {
    const room = rooms?.find(({ id }) => id === section.room)
    return room === undefined || room.present
  })
