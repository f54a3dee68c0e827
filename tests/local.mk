# Unit and area tests; each adds itself to check_PROGRAMS.
