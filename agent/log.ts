// How the agent tells of itself: a constant message and its fields.

export type AgentLog = (fields: object, message: string) => void;
