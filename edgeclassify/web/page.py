"""The page as a whole: what hears of the node, what answers browsers, and the server around it."""

from edgeclassify.config import WebConfig
from edgeclassify.web.api.interface import Around
from edgeclassify.web.api.models.bodies import JobNow
from edgeclassify.web.api.teaching.archives import sweep_unfinished
from edgeclassify.web.app import make_app
from edgeclassify.web.interface import PageNode
from edgeclassify.web.jobs.jobs import Jobs
from edgeclassify.web.live.board import Board
from edgeclassify.web.live.log_lines import LogLines
from edgeclassify.web.pictures.onlookers import PictureTaker
from edgeclassify.web.pictures.several_onlookers import SeveralOnlookers
from edgeclassify.web.pictures.stills import Stills
from edgeclassify.web.serving.server import Server


class Page:
    """Used by the daemon's thread, which has `board` and `onlookers` hear of the node from before `start`."""

    def __init__(self, config: WebConfig, node: PageNode) -> None:
        self.board = Board(node)
        self._state = node.facts.state
        self._pictures = PictureTaker(config, node, self.board.looked)
        stills = Stills(lambda: self.board.listeners > 0, keeps_files=node.facts.shows_pictures)
        self.onlookers = SeveralOnlookers(self._pictures, stills)
        self._log = LogLines()
        jobs = Jobs(lambda job: self.board.say("job", JobNow.of(job), of=job.id))
        around = Around(node, self.board, self._pictures, stills, log=self._log, jobs=jobs)
        self._server = Server(config, make_app(config, around))

    @property
    def address(self) -> str:
        """Where it is, as a URL."""
        return self._server.address

    def start(self) -> None:
        """Begin to answer. Raises EdgeClassifyError where it can't."""
        sweep_unfinished(self._state)
        self._log.start()
        self._server.start()

    def stop(self, timeout_s: float) -> None:
        """Answer nobody any more: streams end first."""
        self.board.close()
        self._pictures.close()
        self._server.stop(timeout_s)
        self._log.stop()
