// The product's version, as package.json has it (a test compares them): reading a file at start would need one.

export const version = '0.1.0';
