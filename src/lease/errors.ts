/** Why a process does not lead, or does not any more. */
import { defineErrors } from "../util/errors.ts";

export type LeaseErrorFacts =
  | { code: "LEASE_LOST"; lease: string; reason: string }
  | { code: "LEASE_UNREACHABLE"; lease: string; reason: string }
  | { code: "LEASE_DRIVER_MISSING"; package: string }
  | { code: "LEASE_ON_OTHER_HOST"; lease: string; host: string; pid: number };

export const leaseError = defineErrors<LeaseErrorFacts>({
  LEASE_LOST: {
    message: ({ lease, reason }) =>
      `This process is not the leader any more, by the lease ${lease}: ${reason}.`,
    fix:
      "Nothing is lost: the next leader continues. Start this one again to wait as standby; see " +
      "that it reaches the database of the lease.",
  },
  LEASE_UNREACHABLE: {
    message: ({ lease, reason }) => `The lease ${lease} cannot be asked for: ${reason}.`,
    fix: "See that the database runs, that the folder can be written, and that the name is right.",
  },
  LEASE_DRIVER_MISSING: {
    message: ({ package: name }) => `A lease in PostgreSQL needs the package ${name}.`,
    fix: "Install it in the project: npm install --save-dev pg",
  },
  LEASE_ON_OTHER_HOST: {
    message: ({ lease, host, pid }) =>
      `The process ${pid} on the host ${host} uses ${lease}, and no lock of files reaches there.`,
    fix: "Use a store in PostgreSQL for operators on several hosts, or stop the other one.",
  },
});
