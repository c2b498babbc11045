/** The reserved paths of the data port. Everything under it is Postern's own, in every form of request. */
export const RESERVED = "/.postern/";
