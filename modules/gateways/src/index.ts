/** The door of gateways. */
export {}
