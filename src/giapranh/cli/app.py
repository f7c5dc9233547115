"""``giapranh``: every command. A command exits 0 on success, 1 on a refusal (one clear line), 2 on wrong usage."""

from __future__ import annotations

import inspect
import sys
import traceback

import typer
from typer.models import CommandInfo

from giapranh.cli import accuracy, backup, demo, doctor, exchange, life, machines, read, records, report, water_data
from giapranh.cli.language import _, line_of
from giapranh.kernel.errors import Refused

app = typer.Typer(
    name="giapranh",
    help=_("Giáp Ranh: đưa công văn vào, giao việc, theo dõi, lập báo cáo."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("read")(read.read)
app.command("init")(life.init)
app.command("serve")(life.serve)
app.command("worker")(life.worker)
app.command("stop")(life.stop)
app.command("door")(water_data.door)
app.command("mqtt")(machines.mqtt)
app.command("doctor")(doctor.doctor)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("import")(records.import_records)
app.command("export")(records.export_records)
app.command("report")(report.report)
app.add_typer(exchange.app, name="exchange")
app.command("demo")(demo.demo)
app.command("accuracy")(accuracy.accuracy)


def said_by_commands() -> dict[CommandInfo, str]:
    """What each command says of itself: the docstring of its function, a message id like any other."""
    commands = [*app.registered_commands, *exchange.app.registered_commands]
    return {each: inspect.getdoc(each.callback) or "" for each in commands}


for _command, _said in said_by_commands().items():
    _command.help = _(_said)


def main() -> None:
    """The entry point. A refusal is one line on standard error; what nobody foresaw goes whole into a log file."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # a Windows console speaks cp1258
    try:
        app()
    except Refused as error:
        print(line_of(error), file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception:
        print(_log_the_unforeseen(), file=sys.stderr)
        sys.exit(1)


def _log_the_unforeseen() -> str:
    from giapranh.node.home import home

    log = home() / "errors.log"
    with log.open("a", encoding="utf-8") as out:
        out.write(traceback.format_exc() + "\n")
    return _("Lỗi chưa lường trước: %(what)s. Chi tiết đã ghi vào %(log)s.") % {
        "what": traceback.format_exception_only(*sys.exc_info()[:2])[-1].strip(),
        "log": log,
    }


if __name__ == "__main__":
    main()
