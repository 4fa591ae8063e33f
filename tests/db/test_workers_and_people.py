"""Workers of the network and people of the register are never one: the schema joins neither to the other."""

from registry.db.tables.all import metadata

OF_WORKERS = ("network_worker", "appointment", "worker_training")


def test_the_one_record_that_names_both_says_whom_a_worker_accompanies() -> None:
    named = {name: {key.column.table.name for key in table.foreign_keys} for name, table in metadata.tables.items()}

    assert [name for name in named if {"person", "network_worker"} <= named[name]] == ["accompaniment"]
    assert [name for name in OF_WORKERS if "person" in named[name]] == []


def test_no_column_of_one_tells_of_the_other() -> None:
    columns = {name: [column.name for column in metadata.tables[name].columns] for name in (*OF_WORKERS, "person")}

    assert [name for table in OF_WORKERS for name in columns[table] if "person" in name] == []
    assert [name for name in columns["person"] if "worker" in name] == []
