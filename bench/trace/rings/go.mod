module rings

go 1.21
