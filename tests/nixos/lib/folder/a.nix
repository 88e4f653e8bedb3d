{ a }: { result = a; }
