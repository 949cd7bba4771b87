// What a name is. Apart from the schemas: who only asks that (a screen that must be there at once) loads none of them.

/** DNS label (RFC 1123): lower case letters, digits and `-`, 1 to 63 characters, no `-` at either end. */
export const namePattern = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
export const nameRule = 'a name is a DNS label: a-z, 0-9 and -, 1 to 63 characters';
