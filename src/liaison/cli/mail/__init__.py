"""Which commands of OpenPGP mail are there? `liaison mail key|keep|forget|list|fetch|test` and `liaison mail guest`."""
