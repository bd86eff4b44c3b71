"""Vehicle identification numbers of vehicles that do not exist, with a valid check digit (49 CFR 565.15)."""

_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9], strict=True)
)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_YEARS = {"MY23": "P", "MY24": "R"}


def check_digit(vin: str) -> str:
    """The ninth character that makes `vin` valid, whatever stands there now."""
    rest = (
        sum(
            (int(sign) if sign.isdigit() else _VALUES[sign]) * weight
            for sign, weight in zip(vin, _WEIGHTS, strict=True)
        )
        % 11
    )
    return "X" if rest == 10 else str(rest)


def vin(model_year: str, serial: int) -> str:
    draft = f"3ZXSPECE0{_YEARS[model_year]}S{serial:06d}"
    return draft[:8] + check_digit(draft) + draft[9:]
