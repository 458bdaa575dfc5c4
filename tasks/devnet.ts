export default async () => {
  throw new Error("under construction");
};
