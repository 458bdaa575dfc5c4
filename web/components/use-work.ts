/** Work that a button starts: one at a time, so that a second click does nothing. */
import { useRef, useState } from "preact/hooks";

export interface Work {
  readonly isWorking: boolean;
  /** Why the last one has failed. */
  readonly problem: { readonly error: unknown } | undefined;
  /** Forgets the failure. */
  readonly clear: () => void;
  /** Starts work, unless some is under way. Its failure becomes the problem. */
  readonly run: (work: () => Promise<void>) => void;
}

/** @param isHandled - Whether a failure is shown elsewhere, such as at a field. */
export function useWork(isHandled: (error: unknown) => boolean = () => false): Work {
  const [isWorking, setIsWorking] = useState(false);
  const [problem, setProblem] = useState<{ readonly error: unknown }>();
  const isBusy = useRef(false);
  const start = async (work: () => Promise<void>) => {
    if (isBusy.current) return;
    isBusy.current = true;
    setIsWorking(true);
    setProblem(undefined);
    try {
      await work();
    } catch (error) {
      if (!isHandled(error)) setProblem({ error });
    } finally {
      isBusy.current = false;
      setIsWorking(false);
    }
  };
  return {
    isWorking,
    problem,
    clear: () => setProblem(undefined),
    run: (work) => void start(work),
  };
}
