"""`python -m residency_lint` is `residency-lint`."""

from residency_lint.cli import main

if __name__ == "__main__":
    main()
