"""Making a series: station × parameter × unit × basis × cycle × device, with its dates."""

from __future__ import annotations

from datetime import date

from giapranh.kernel.errors import N_, BadInput
from giapranh.water.models import ObservedProperty, Sensor, Series, Station
from giapranh.water.rules import matching, parameters

UCUM = "http://unitsofmeasure.org/ucum.html#"
PROPERTY = "urn:giapranh:parameter:"
UNKNOWN_DEVICE = "Thiết bị chưa rõ"


class UnclearParameter(BadInput):
    code = "unclear_parameter"


def make_series(
    station: Station,
    parameter: str,
    *,
    unit: str = "",
    basis: str = "",
    cycle_seconds: int | None = None,
    measuring_cycle_seconds: int | None = None,
    device: str = "",
    mdl: float | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    illustrative: bool = False,
) -> tuple[Series, bool]:
    """The series of ``station`` for this parameter, unit, basis, device and start; made when it is not there yet.

    ``parameter`` is a key of the list, a symbol of a station file or a usual name. Values are kept in the unit given,
    by default in the one of the list. Asks no permission: whoever calls has.
    """
    about = _parameter(parameter, basis)
    measured_in = parameters.unit(unit) if unit else parameters.unit(about.unit)
    if measured_in.dimension != parameters.unit(about.unit).dimension:
        raise UnclearParameter(
            N_("%(parameter)s không đo bằng %(unit)s."), parameter=about.vi, unit=measured_in.display
        )
    kept_basis = basis or about.basis
    sensor = _sensor(device)
    found = Series.objects.filter(
        station=station, parameter=about.key, basis=kept_basis, unit_symbol=measured_in.display, sensor=sensor,
        valid_from=valid_from,
    ).first()  # fmt: skip
    if found is not None:
        return found, False
    told = f"tính theo {kept_basis}"
    title = f"{station.name} – {about.vi}" + (f" ({told})" if kept_basis and told not in about.vi else "")
    made = Series.objects.create(
        station=station, observed_property=_observed_property(about), sensor=sensor, parameter=about.key,
        basis=kept_basis, name=title, description=title, unit_name=measured_in.display,
        unit_symbol=measured_in.display, unit_definition=UCUM + measured_in.code, cycle_seconds=cycle_seconds,
        measuring_cycle_seconds=measuring_cycle_seconds, mdl=mdl, valid_from=valid_from, valid_to=valid_to,
        illustrative=illustrative or station.illustrative,
    )  # fmt: skip
    return made, True


def _parameter(words: str, basis: str) -> parameters.Parameter:
    """A symbol such as NH4 does not tell its basis: then the row must."""
    if words in parameters.all_parameters():
        return parameters.parameter(words)
    match = matching.match(words)
    if match is None or not (match.sure or basis):
        raise UnclearParameter(
            N_("Chưa rõ thông số “%(parameter)s”: dùng mã trong danh mục, ví dụ nh4_n, hoặc ghi thêm cột basis."),
            parameter=words,
        )
    return parameters.parameter(match.parameter)


def _observed_property(about: parameters.Parameter) -> ObservedProperty:
    found = ObservedProperty.objects.filter(parameter=about.key).order_by("pk").first()
    return found or ObservedProperty.objects.create(
        parameter=about.key, name=about.vi, definition=PROPERTY + about.key, description=about.en
    )


def _sensor(device: str) -> Sensor:
    name = device or UNKNOWN_DEVICE
    found = Sensor.objects.filter(name=name).order_by("pk").first()
    return found or Sensor.objects.create(name=name, description=name)
