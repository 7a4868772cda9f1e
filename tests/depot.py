"""A minimal depot for behaviour tests: two depots in far-apart zones, tanks, users of every role, and the
statements that the application sends."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Protocol

import psycopg
from psycopg import sql
from sessions import Gateway, Row

# Depot B is 12 hours ahead of depot A (UTC+2) and 25 ahead of Pago Pago: days differ whenever the tests run.
DEPOT_A = "10000000-0000-4000-8000-00000000000a"
DEPOT_B = "10000000-0000-4000-8000-00000000000b"
ZONES = {DEPOT_A: "Africa/Lubumbashi", DEPOT_B: "Pacific/Kiritimati"}

GASOIL = "20000000-0000-4000-8000-000000000001"
ESSENCE = "20000000-0000-4000-8000-000000000002"
PARTENAIRE = "30000000-0000-4000-8000-000000000001"
CLIENT = "30000000-0000-4000-8000-000000000002"
FOURNISSEUR = "30000000-0000-4000-8000-000000000003"

TANK_A = "40000000-0000-4000-8000-0000000000a1"  # gasoil, depot A
TANK_A2 = "40000000-0000-4000-8000-0000000000a2"  # gasoil, depot A
TANK_ESSENCE = "40000000-0000-4000-8000-0000000000a3"  # essence, depot A
TANK_B = "40000000-0000-4000-8000-0000000000b1"  # gasoil, depot B
CAPACITY, SAFETY = 100_000, 1_000  # of every tank

ROLES = ("admin", "directeur", "gerant", "pca", "operateur", "lecture")
USERS = {
    f"{role}_{depot}": f"00000000-0000-4000-8000-0000000000{depot}{number}"
    for depot in "ab"
    for number, role in enumerate(ROLES)
}
USERS["operateur2_a"] = "00000000-0000-4000-8000-0000000000a9"
USERS["sans_profil"] = "00000000-0000-4000-8000-0000000000f0"

# Everything a movement could leave a trace in.
STATE = (
    "receptions", "sorties_produit", "stocks_journaliers", "stocks_snapshot", "stocks_ouverture",
    "stocks_adjustments", "log_actions", "cours_de_route",
)  # fmt: skip

_USERS = """
insert into auth.users (id, email) values (%(sub)s, %(name)s || '@x.example');
insert into public.profils (user_id, nom_complet, role, depot_id)
select %(sub)s, %(name)s, %(role)s, %(depot)s where %(role)s <> 'sans';
"""
_DEPOTS = (
    "insert into public.depots (id, nom, fuseau_horaire) values (%(a)s, 'A', %(zone_a)s), (%(b)s, 'B', %(zone_b)s)"
)
# As maintenance: the only door through the guards. The reference data that tests change is made anew.
_RESET = """
select app.open_maintenance('stock');
delete from public.system_alerts_history; delete from public.system_alerts;
delete from public.stocks_adjustments; delete from public.stocks_ouverture;
delete from public.receptions; delete from public.sorties_produit; delete from public.prises_de_hauteur;
delete from public.stocks_journaliers; delete from public.stocks_snapshot; delete from public.log_actions;
delete from public.cours_de_route; delete from public.citernes; delete from public.produits;
delete from public.clients; delete from public.partenaires; delete from public.fournisseurs;
select app.close_maintenance('stock');
update public.depots set fuseau_horaire = case id when %(a)s then %(zone_a)s else %(zone_b)s end;
insert into public.produits (id, nom, code) values (%(gasoil)s, 'Gasoil', 'G.O'), (%(essence)s, 'Essence', 'ESS');
insert into public.clients (id, nom) values (%(client)s, 'Client');
insert into public.partenaires (id, nom) values (%(partenaire)s, 'Partenaire');
insert into public.fournisseurs (id, nom) values (%(fournisseur)s, 'Fournisseur');
insert into public.citernes (id, depot_id, nom, produit_id, capacite_totale, capacite_securite, localisation) values
    (%(tank_a)s, %(a)s, 'A1', %(gasoil)s, %(capacity)s, %(safety)s, 'x'),
    (%(tank_a2)s, %(a)s, 'A2', %(gasoil)s, %(capacity)s, %(safety)s, 'x'),
    (%(tank_essence)s, %(a)s, 'A3', %(essence)s, %(capacity)s, %(safety)s, 'x'),
    (%(tank_b)s, %(b)s, 'B1', %(gasoil)s, %(capacity)s, %(safety)s, 'x');
"""
_IDS = {
    "a": DEPOT_A, "zone_a": ZONES[DEPOT_A], "b": DEPOT_B, "zone_b": ZONES[DEPOT_B], "gasoil": GASOIL,
    "essence": ESSENCE, "client": CLIENT, "partenaire": PARTENAIRE, "fournisseur": FOURNISSEUR, "tank_a": TANK_A,
    "tank_a2": TANK_A2, "tank_essence": TANK_ESSENCE, "tank_b": TANK_B, "capacity": CAPACITY, "safety": SAFETY,
}  # fmt: skip


class DatabaseOfTest(Protocol):
    """What a depot needs of its database."""

    owner: str

    def connect(self, user: str | None = None) -> psycopg.Connection[Any]:
        """A connection; the superuser's unless another role is named."""


class Depot:
    """The minimal depot of one test: its owner's connection, its gateway, and short forms of its statements."""

    def __init__(self, database: Any) -> None:
        self.database: DatabaseOfTest = database
        self.owner: psycopg.Connection[Any] = database.connect(database.owner)
        self.gateway = Gateway(database.connect("authenticator"))
        with self.owner.transaction(), psycopg.ClientCursor(self.owner) as cursor:
            cursor.execute(_DEPOTS, _IDS)
            for name, sub in USERS.items():
                role, depot = name.split("_")
                home = DEPOT_A if depot == "a" else DEPOT_B
                cursor.execute(_USERS, {"sub": sub, "name": name, "role": role.rstrip("2"), "depot": home})
        self.reset()

    def reset(self) -> None:
        """Back to the start: tanks without stock. Accounts and profiles stay as they are."""
        with self.owner.transaction(), psycopg.ClientCursor(self.owner) as cursor:
            cursor.execute(_RESET, _IDS)

    def close(self) -> None:
        self.owner.close()
        self.gateway.connection.close()

    # --- statements -------------------------------------------------------------------------------------------

    def insert(self, user: str | None, table: str, **columns: Any) -> str:
        """Insert a row as a user (None: as the owner) and return its id."""
        statement = sql.SQL("insert into public.{} ({}) values ({}) returning id::text").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join(sql.Placeholder() * len(columns)),
        )
        if user is None:
            row = self.owner.execute(statement, list(columns.values())).fetchone()
        else:
            with self.gateway.request(USERS[user]) as connection:
                row = connection.execute(statement, list(columns.values())).fetchone()
        assert row is not None
        return str(row[0])

    def reception(
        self, volume: Any = 10_000, v15: Any = "same", *, user: str | None = "gerant_a", **columns: Any
    ) -> str:
        """A validated reception of MONALUXE gasoil into tank A, other columns as given."""
        defaults = {
            "citerne_id": TANK_A,
            "produit_id": GASOIL,
            "index_avant": 0,
            "index_apres": volume,
            "volume_15c": volume if v15 == "same" else v15,
        }
        return self.insert(user, "receptions", **_owner(defaults | columns))

    def sortie(self, volume: Any = 1_000, v15: Any = "same", *, user: str | None = "gerant_a", **columns: Any) -> str:
        """A sortie of MONALUXE gasoil from tank A, validated unless `statut` says otherwise."""
        defaults = {
            "citerne_id": TANK_A,
            "produit_id": GASOIL,
            "client_id": CLIENT,
            "volume_ambiant": volume,
            "volume_15c": volume if v15 == "same" else v15,
        }
        return self.insert(user, "sorties_produit", **_owner(defaults | columns))

    def adjustment(
        self, kind: str, movement: str, ambiant: Any, v15: Any = 0, *, user: str | None = "admin_a", **columns: Any
    ) -> str:
        """An adjustment of a movement."""
        defaults = {
            "mouvement_type": kind,
            "mouvement_id": movement,
            "delta_ambiant": ambiant,
            "delta_15c": v15,
            "reason": "Correction after gauging",
            "created_by": USERS["admin_a"],
        }
        return self.insert(user, "stocks_adjustments", **(defaults | columns))

    def opening(
        self, ambiant: Any, v15: Any = "same", *, user: str = "admin_a", tank: str = TANK_A, produit: str = GASOIL,
        owner: str = "MONALUXE", reason: str = "Opening inventory", declared_at: Any = None,
    ) -> str:  # fmt: skip
        """An opening stock, declared through the function that the application calls."""
        query = "select public.declare_stock_ouverture(%s, %s, %s, %s, %s, %s"
        params = [tank, produit, owner, ambiant, ambiant if v15 == "same" else v15, reason]
        if declared_at is not None:
            query, params = query + ", %s", [*params, declared_at]
        return str(self.gateway.read(USERS[user], query + ")", params)[0][0])

    def trip(self, statut: str = "ARRIVE", *, plaque: str = "AA01", **columns: Any) -> str:
        """A trip to depot A with gasoil, entered by the owner in any statut."""
        defaults = {
            "fournisseur_id": FOURNISSEUR, "depot_destination_id": DEPOT_A, "produit_id": GASOIL,
            "plaque_camion": plaque, "date_chargement": "2026-01-01", "statut": statut,
        }  # fmt: skip
        return self.insert(None, "cours_de_route", **(defaults | columns))

    # --- readings, as the owner -------------------------------------------------------------------------------

    def rows(self, query: str, params: Sequence[Any] = ()) -> list[Row]:
        return self.owner.execute(query, params or None).fetchall()

    def value(self, query: str, params: Sequence[Any] = ()) -> Any:
        rows = self.rows(query, params)
        assert len(rows) == 1, rows
        return rows[0][0]

    def snapshot(self, tank: str = TANK_A, owner: str = "MONALUXE") -> tuple[Decimal, Decimal] | None:
        """The current figures of a line before adjustments, None when it has no row."""
        rows = self.rows(
            "select stock_ambiant::numeric, stock_15c::numeric from public.stocks_snapshot"
            " where citerne_id = %s and proprietaire_type = %s",
            (tank, owner),
        )
        return (rows[0][0], rows[0][1]) if rows else None

    def journal(self, tank: str = TANK_A, owner: str = "MONALUXE") -> list[Row]:
        """(day, ambient, at 15 °C) of a line, in the order of days."""
        return self.rows(
            "select date_jour, stock_ambiant::numeric, stock_15c::numeric from public.stocks_journaliers"
            " where citerne_id = %s and proprietaire_type = %s order by date_jour",
            (tank, owner),
        )

    def state(self) -> dict[str, list[Row]]:
        """Every row that a movement could change, for "nothing changed"."""
        return {table: self.rows(f"select t::text from public.{table} t order by 1") for table in STATE}

    def logs(self, action: str) -> list[Row]:
        """(user_id, module, niveau, cible_id, details) of an action, oldest first."""
        return self.rows(
            "select user_id::text, module, niveau, cible_id::text, details from public.log_actions"
            " where action = %s order by created_at",
            (action,),
        )


def _owner(columns: dict[str, Any]) -> dict[str, Any]:
    if columns.get("proprietaire_type") == "PARTENAIRE":
        return {"partenaire_id": PARTENAIRE} | columns
    return columns
