/** The host firewall (nftables): addresses a host is cut off from, each with its time to live. */
export { type BlockedAddress, parseBlockedAddress } from './address.ts'
export { firewallErrors } from './errors.ts'
export { createHostFirewall, type HostFirewall, type HostFirewallOptions } from './host-firewall.ts'
export { createProcessEgress, type MovedProcess, type ProcessEgress } from './process-egress.ts'
export { cgroupOf, listenersOn, type ProcessRef, processTree } from './process-tree.ts'
export type { FirewallState } from './ruleset.ts'
