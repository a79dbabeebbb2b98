module beacon/exit-door

go 1.24
